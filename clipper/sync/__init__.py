"""Many addresses: what is watched, what it lists, and the run that fetches it all."""

from clipper.sync.runner import run

__all__ = ["run"]
