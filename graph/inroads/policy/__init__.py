"""All judgement, as tables quoted from their source."""
