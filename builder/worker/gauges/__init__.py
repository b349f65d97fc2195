"""What a run shows of itself besides its figures: how layers learn, what the network says of points and samples.

Each gauge is one module; `panel.gauges_for` lists those that a network and its data have. `watch.Watch` lets them look
between two chunks of training, so rarely that they cost next to nothing, and none of them changes the run.
"""
