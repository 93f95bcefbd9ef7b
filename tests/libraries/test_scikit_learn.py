"""scikit-learn: our functions in its networks and pipelines, and on the threads and processes of joblib."""

import pickle

import numpy as np
import pytest

import numba_act as na

pytest.importorskip("sklearn")

import joblib
import sklearn
from joblib.externals.loky import get_reusable_executor
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier, MLPRegressor, _base
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

X, Y = make_classification(120, 10, n_informative=6, n_classes=3, random_state=0)

# As in the README: functions that write to their argument.
OURS = {
    "logistic": lambda x: na.sigmoid(x, out=x),
    "tanh": lambda x: na.tanh(x, out=x),
    "relu": lambda x: na.relu(x, out=x),
    "softmax": lambda x: na.softmax(x, out=x),
}


@pytest.fixture
def tables(monkeypatch):
    """Put our functions into scikit-learn's table, and take them out after the test."""
    for name, function in OURS.items():
        monkeypatch.setitem(_base.ACTIVATIONS, name, function)
    return monkeypatch


def trained(kind, activation, x=X):
    """Return a network after a few steps. Its loss is so far from settled that scikit-learn would warn."""
    layers = {"hidden_layer_sizes": (12, 8), "activation": activation}
    return kind(**layers, max_iter=15, n_iter_no_change=20, random_state=0).fit(x, Y)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
@pytest.mark.parametrize("activation", ["logistic", "tanh", "relu"])
def test_networks_learn_the_same(activation, kind, request):
    before = trained(kind, activation)
    expected = getattr(before, "predict_proba", before.predict)(X)
    request.getfixturevalue("tables")
    after = trained(kind, activation)
    for ours, theirs in zip(after.coefs_ + after.intercepts_, before.coefs_ + before.intercepts_, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(getattr(after, "predict_proba", after.predict)(X), expected, rtol=1e-9)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_float32_stays_float32(tables):
    network = trained(MLPClassifier, "relu", X.astype("f4"))
    assert network.coefs_[0].dtype == network.predict_proba(X.astype("f4")).dtype == np.float32


def slope(z, delta):
    """Multiply ``delta`` by the derivative of leaky_relu where its result is ``z``."""
    delta[z < 0] *= 0.01


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_new_activation(tables):
    tables.setitem(_base.ACTIVATIONS, "leaky_relu", lambda x: na.leaky_relu(x, out=x))
    tables.setitem(_base.DERIVATIVES, "leaky_relu", slope)
    with sklearn.config_context(skip_parameter_validation=True):
        network = trained(MLPClassifier, "leaky_relu")
    hidden = X
    for weights, bias in zip(network.coefs_[:-1], network.intercepts_[:-1], strict=True):
        hidden = na.reference.leaky_relu(hidden @ weights + bias)
    expected = na.reference.softmax(hidden @ network.coefs_[-1] + network.intercepts_[-1])
    np.testing.assert_allclose(network.predict_proba(X), expected, rtol=1e-12)
    loss = network.loss_curve_
    assert loss[-1] < loss[0]


FUNCTIONS = {"gelu": None, "leaky_relu": {"negative_slope": 0.2}, "softmax": {"axis": 1}}


def pipeline(name):
    step = FunctionTransformer(getattr(na, name), kw_args=FUNCTIONS[name], feature_names_out="one-to-one")
    return make_pipeline(StandardScaler(), step, LogisticRegression())


@pytest.mark.parametrize("name", FUNCTIONS)
def test_pipeline(name):
    steps = sklearn.clone(pipeline(name)).fit(X, Y)
    scaled = StandardScaler().fit_transform(X)
    expected = getattr(na, name)(scaled, **FUNCTIONS[name] or {})
    np.testing.assert_array_equal(steps[:-1].transform(X), expected)
    assert steps.score(X, Y) > 0.5
    again = pickle.loads(pickle.dumps(steps))
    np.testing.assert_array_equal(again.predict(X), steps.predict(X))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_pipeline_of_data_frames(name):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X, columns=[f"column {number}" for number in range(X.shape[1])], index=range(5, 125))
    found = pipeline(name)[:-1].set_output(transform="pandas").fit_transform(frame)
    assert isinstance(found, pandas.DataFrame)
    assert list(found.columns) == list(frame.columns)
    assert list(found.index) == list(frame.index)
    # scikit-learn adds up the columns of a frame in another order.
    np.testing.assert_allclose(found.to_numpy(), pipeline(name)[:-1].fit_transform(X), rtol=1e-12)


@pytest.fixture(scope="module")
def processes():
    """End joblib's processes, which otherwise wait for more work."""
    yield
    get_reusable_executor().shutdown(wait=True)


@pytest.mark.parametrize("backend", ["loky", "threading"])
def test_joblib(backend, processes):
    with joblib.parallel_config(backend, n_jobs=2):
        for function in (na.gelu, na.cpu.gelu, na.leaky_relu, na.softmax):
            found = joblib.Parallel()(joblib.delayed(function)(part) for part in np.split(X, 4))
            np.testing.assert_array_equal(np.concatenate(found), function(X))


def test_processes_of_joblib_share_the_cpus(processes, monkeypatch):
    monkeypatch.delenv("NUMBA_NUM_THREADS", raising=False)
    jobs = na.most_threads()
    assert set(joblib.Parallel(jobs, "loky")(joblib.delayed(na.get_num_threads)() for _ in range(jobs))) == {1}
