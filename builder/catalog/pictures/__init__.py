"""Small pictures that explain layers, drawn by functions that each serve a group of them.

A layer declares its picture by calling one of these functions; the SVG is made when somebody looks.
"""
