"""The nodes of the local platform: instances of the AWS emulator that join the control plane and run pods."""
