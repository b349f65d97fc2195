"""The optimizers, with the parameters that all of them share in `parameters`."""
