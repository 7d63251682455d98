"""What enrollment means, without a clock, without ids made, without input or output."""
