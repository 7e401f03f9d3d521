"""EventBridge, as far as rules of the default bus with queues, and buses of other regions, as targets go."""
