"""All rules compiled once; Entry -> Findings with the proof; explain and why-not."""

from monitor.core.matcher.engine import Matcher
from monitor.core.matcher.report import Explanation, Step, Suppressed, WhyNot

__all__ = ["Explanation", "Matcher", "Step", "Suppressed", "WhyNot"]
