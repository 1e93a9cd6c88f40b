"""Rules as data: entities, condition trees and alert policies; read from files, compiled by the matcher."""
