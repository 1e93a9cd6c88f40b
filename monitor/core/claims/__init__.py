"""Who claims, says, denies or confirms: read from reporting verbs and the names that stand at them."""

from monitor.core.claims.reading import claims_of

__all__ = ["claims_of"]
