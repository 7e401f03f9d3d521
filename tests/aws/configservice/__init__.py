"""AWS Config, as far as recorder and delivery channel go."""
