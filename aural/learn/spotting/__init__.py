"""Learning to spot phrases: windows over what the listener hears, the layers over them, and the borders of both stages."""
