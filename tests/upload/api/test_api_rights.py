"""The upload API holds no right in Kubernetes that it does not use, and asks for none that it does not hold."""

from e2e import rights
from upload.api.scene import Scene


def test_every_right_is_used_and_nothing_else_is_asked_for(scene: Scene) -> None:
    audit = scene.world.platform.control_plane.audit()
    assert rights.used(audit, rights.UPLOAD_USER) == rights.held("upload-rules")
    mine = [event for event in audit if event["user"]["username"] == rights.UPLOAD_USER]
    assert [event["requestURI"] for event in mine if event.get("responseStatus", {}).get("code") == 403] == []
