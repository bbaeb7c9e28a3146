"""Loading a street network as a job: the file that was sent becomes a version, or is refused in words."""

from typing import Any

from geodata.ingest.networks import StreetsWanted, load_network
from geodata.jobs import files
from geodata.jobs.task import Task
from geodata.queries import stored_files
from geodata.vocab import Datum


def load(task: Task) -> dict[str, Any]:
    """Take the file in as a version that is not in use yet, and forget the file: both or neither."""
    params = task.params
    file = files.get_upload(task.session, params["upload_id"], user_id=task.user_id)
    task.progress("fetch", 0, 1)
    path = task.folder / "upload"
    files.fetch(task.session, file, path)
    stated = params["datum"]
    wanted = StreetsWanted(
        county_code=params["county"],
        label=params["label"],
        datum=stated if isinstance(stated, int) else Datum(stated),
        credit=params.get("credit") or "",
        file_name=file.name,
    )
    version = load_network(task.session, path, wanted, by=task.by, progress=task.progress)
    stored_files.delete_file(task.session, file.id)
    return {"version_id": version.id, "label": version.label, "edges": version.edges, "nodes": version.nodes}
