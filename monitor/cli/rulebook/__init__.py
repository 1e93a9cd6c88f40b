"""The commands of `news-monitor rules`, one module each."""
