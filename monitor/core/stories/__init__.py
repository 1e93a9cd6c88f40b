"""Stories: every happening once, and who really reports it."""

from monitor.core.stories.book import StoryBook

__all__ = ["StoryBook"]
