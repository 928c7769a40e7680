"""The pose service: words, pictures and poses in, SMPL-X poses out."""

__version__ = "0.1.0"
