"""The local platform: a real Kubernetes control plane beside the AWS emulator.

Kept free of imports: `local.venv` runs before anything is installed.
"""
