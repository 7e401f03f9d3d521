"""`make demo`: one client onboarded, then a careless administrator, and what becomes of it."""
