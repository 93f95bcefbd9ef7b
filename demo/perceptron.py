"""A multilayer perceptron in plain NumPy: forward pass, backward pass and optimiser, all in float32.

The activation functions come from outside, and everything else is the same whoever provides them.
"""

import itertools

import numpy as np

LEARNING_RATE = 0.006
MEMORY_OF_GRADIENT = np.float32(0.9)
MEMORY_OF_SQUARE = np.float32(0.99)

# The derivative of each activation, from its output: what the forward pass has computed is not computed again.
DERIVATIVES = {
    "sigmoid": lambda y: y * (1 - y),
    "tanh": lambda y: 1 - y * y,
    "relu": lambda y: y > 0,
    "leaky_relu": lambda y: np.maximum(y > 0, np.float32(0.01)),
}


class Perceptron:
    """Fully connected layers, an activation after each but the last, and softmax with cross-entropy at the end.

    Parameters
    ----------
    widths : sequence of int
        The numbers of inputs, of units in each hidden layer, and of classes.
    activation : str
        The activation of the hidden layers, one of `DERIVATIVES`.
    functions : mapping of str to callable
        Provides the activation and softmax.
    steps : int
        The number of batches it is going to learn from.
    seed : int
        Of the initial weights.
    """

    def __init__(self, widths, activation, functions, steps, seed):
        self.activate, self.softmax = functions[activation], functions["softmax"]
        self.derivative = DERIVATIVES[activation]
        random = np.random.default_rng(seed)
        self.weights, self.biases = [], []
        for inputs, outputs in itertools.pairwise(widths):
            scale = np.float32(np.sqrt(2 / (inputs + outputs)))
            self.weights.append(scale * random.standard_normal((inputs, outputs), dtype=np.float32))
            self.biases.append(np.zeros(outputs, np.float32))
        self._optimiser = Adam([*self.weights, *self.biases], steps)

    def forward(self, images):
        """Return the output of every layer; the last holds a probability for each class."""
        outputs = [images]
        for weights, biases in zip(self.weights, self.biases, strict=True):
            total = outputs[-1] @ weights
            total += biases
            outputs.append(self.softmax(total) if weights is self.weights[-1] else self.activate(total))
        return outputs

    def learn(self, images, labels):
        """Improve the weights on one batch and return the mean cross-entropy before the step."""
        *hidden, probabilities = self.forward(images)
        rows = np.arange(len(labels))
        loss = -np.mean(np.log(probabilities[rows, labels] + np.float32(1e-12)))

        # The gradient of cross-entropy over softmax is the difference to the wanted probabilities, 1 and 0.
        gradient = probabilities
        gradient[rows, labels] -= 1
        gradient /= np.float32(len(labels))
        weight_gradients, bias_gradients = [], []
        for layer in reversed(range(len(self.weights))):
            weight_gradients.insert(0, hidden[layer].T @ gradient)
            bias_gradients.insert(0, gradient.sum(axis=0))
            if layer > 0:
                gradient = gradient @ self.weights[layer].T
                gradient *= self.derivative(hidden[layer])
        self._optimiser.step([*weight_gradients, *bias_gradients])
        return float(loss)

    def accuracy(self, images, labels):
        """Return the share of images whose most probable class is the right one."""
        return float(np.mean(self.forward(images)[-1].argmax(axis=1) == labels))


class Adam:
    """Gradient descent with a step size for each weight (Kingma and Ba, 2015) that shrinks to nothing at the end."""

    def __init__(self, values, steps):
        self._values = values
        self._means = [np.zeros_like(value) for value in values]
        self._squares = [np.zeros_like(value) for value in values]
        self._steps, self._step = steps, 0

    def step(self, gradients):
        """Move the values, in place, along their gradients."""
        unbias = np.sqrt(1 - MEMORY_OF_SQUARE ** (self._step + 1)) / (1 - MEMORY_OF_GRADIENT ** (self._step + 1))
        rate = np.float32(LEARNING_RATE * unbias * max(0, 1 - self._step / self._steps))
        for value, gradient, mean, square in zip(self._values, gradients, self._means, self._squares, strict=True):
            mean += (1 - MEMORY_OF_GRADIENT) * (gradient - mean)
            square += (1 - MEMORY_OF_SQUARE) * (gradient * gradient - square)
            value -= rate * mean / (np.sqrt(square) + np.float32(1e-8))
        self._step += 1
