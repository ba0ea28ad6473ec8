"""What a log may hold of an error that nobody expected; adapters see `inference` through the core alone."""

from inference.logs import told

__all__ = ["told"]
