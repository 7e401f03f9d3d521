"""What the crate cloister-aws says to AWS and makes of the answers: its Rust tests, against the emulator."""
