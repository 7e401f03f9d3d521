"""The operator as users meet it: against a real API server and the AWS emulator."""
