"""The classical pipeline of recognition in stages, from monophones to a net in the place of the Gaussians."""
