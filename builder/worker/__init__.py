"""Everything that needs Keras: analysing a document, building it, training it, saving it.

No other package imports keras or tensorflow; this one imports keras only through `framework`.
"""
