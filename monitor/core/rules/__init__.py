"""Rules as data: entities, the condition tree, the policy of alerting; read from files, compiled by the matcher."""
