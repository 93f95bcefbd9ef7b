"""Handwritten digits that come with scikit-learn: 1797 images of 8 x 8 pixels, no download."""

from dataclasses import dataclass

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

TEST_IMAGES = 450


@dataclass
class Digits:
    """Images as float32 rows with pixels from 0 to 1, and the digits they show.

    Attributes
    ----------
    images, labels : ndarray
        To learn from: the training images, and each of them shifted by a pixel in the four directions.
    test_images, test_labels : ndarray
        Never seen in training, and not shifted.
    """

    images: np.ndarray
    labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray


def load():
    """Return the digits, divided into training and test images in a way that is always the same."""
    bundled = load_digits()
    images = (bundled.images / 16).astype(np.float32)
    train, test, labels, test_labels = train_test_split(
        images, bundled.target, test_size=TEST_IMAGES, random_state=0, stratify=bundled.target
    )
    shifted = np.concatenate([train, *(_shift(train, *step) for step in ((-1, 0), (1, 0), (0, -1), (0, 1)))])
    return Digits(shifted.reshape(len(shifted), -1), np.tile(labels, 5), test.reshape(len(test), -1), test_labels)


def _shift(images, down, right):
    """Return the images moved by some pixels, with empty pixels moving in."""
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    height, width = images.shape[1:]
    return padded[:, 1 - down : 1 - down + height, 1 - right : 1 - right + width]
