"""What it costs and how long it takes: `make bench` prints the figures beside their bars."""
