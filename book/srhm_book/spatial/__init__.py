"""How networks lose spatial information (tomasini2022): scale detection, and real images."""
