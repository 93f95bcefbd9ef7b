"""What loops of numbers and loops of rows share: overlaps, gathering and scattering, the conversions of halves."""
