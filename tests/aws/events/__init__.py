"""EventBridge, as far as rules of the default bus with queues as targets go."""
