# JupyterLab with its packages in a folder of their own, whose kernels and terminals find them too. Arguments: that folder, the port on
# 127.0.0.1, the folder that it works in, and its configuration.
import os
import sys

packages, port, folder, configuration = sys.argv[1:]
sys.path.insert(0, packages)
os.environ["PYTHONPATH"] = packages
os.environ["JUPYTER_PATH"] = os.path.join(packages, "share", "jupyter")
os.environ["JUPYTER_CONFIG_PATH"] = os.path.join(packages, "etc", "jupyter")
os.environ["JUPYTERLAB_DIR"] = os.path.join(packages, "share", "jupyter", "lab")
for name in ["JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTERLAB_SETTINGS_DIR", "IPYTHONDIR"]:
    os.environ[name] = os.path.join(os.path.dirname(configuration), name.lower())
os.environ["JUPYTERLAB_WORKSPACES_DIR"] = os.path.join(os.path.dirname(configuration), "workspaces")
os.environ["SHELL"] = "/bin/sh"

from jupyterlab.labapp import LabApp

LabApp.launch_instance(
    argv=[
        f"--config={configuration}",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.root_dir={folder}",
        "--ServerApp.open_browser=False",
        "--ServerApp.allow_root=True",
        # It would ask its makers for news.
        "--LabApp.news_url=",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
)
