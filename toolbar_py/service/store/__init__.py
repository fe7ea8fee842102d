"""Where easyCIM's data lives: one small interface (:mod:`.base`) and SQL behind it."""
