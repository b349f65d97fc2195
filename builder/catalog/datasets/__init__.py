"""The data sets: tables and small images of scikit-learn, images of Keras, and generated problems of two numbers."""
