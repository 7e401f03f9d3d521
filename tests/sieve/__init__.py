"""What Sieve (Sun et al., OSDI 2022) breaks controllers with: stale views, states never observed, lost leadership."""
