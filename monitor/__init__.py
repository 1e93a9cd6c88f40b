"""news-monitor: feeds in, stories out, alerts delivered once, each with the proof of why."""
