"""The library behind Foretaste: data, models, training, evaluation and runs, without any user interface."""

__version__ = "0.1.0"
