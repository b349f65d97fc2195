"""Figures to study: each in three steps, what there is to see -> the figure -> the public function.

Nothing is imported here: drawings are needed on the first page, and Plotly is not.
"""
