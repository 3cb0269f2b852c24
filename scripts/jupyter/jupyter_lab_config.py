"""How scripts/lab runs JupyterLab: on the tour, with the Go kernel, asking nothing."""
import os

c = get_config()  # noqa: F821, Jupyter's

c.LabApp.default_url = "/lab/tree/notebooks/00-tour.ipynb"
c.ServerApp.root_dir = os.environ["MODERNBERT_ROOT"]
c.ServerApp.allow_root = os.getuid() == 0  # in a container there is often nobody else
c.MultiKernelManager.default_kernel_name = "gonb"
c.KernelSpecManager.allowed_kernelspecs = {"gonb"}
c.KernelSpecManager.ensure_native_kernel = False


def keep_language(model, **_):
    """Writes the version of Go that scripts/notebooks writes, whatever the kernel says.

    JupyterLab puts the kernel's into every notebook that it opens: with another
    patch release of Go, looking at a notebook would change it.
    """
    if model["type"] == "notebook" and model["content"]["nbformat"] == 4:
        language = model["content"]["metadata"].get("language_info", {})
        if language.get("name") == "go":
            language["version"] = "go1.26"


c.ContentsManager.pre_save_hook = keep_language
