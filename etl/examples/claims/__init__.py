"""An example pipeline: medical claims as clients send them, into the table medical_claims.

Files may be compressed by gzip or zip. Of a claim that is sent again the one received last is kept.
"""

import luigi

from cloister_etl import (
    Date,
    Decimal,
    Decompress,
    Form,
    LoadInputs,
    PinnedInput,
    RowSchema,
    S3Object,
    Text,
)

DATES = ("%Y-%m-%d", "%m/%d/%Y", "%Y%m%d", "%d-%b-%Y")


class LoadClaims(LoadInputs):
    table = "medical_claims"
    schema = RowSchema(
        columns=(
            Text(name="claim_id", required=True, max_bytes=32),
            Text(name="member_id", required=True, max_bytes=32),
            Text(name="member_name", max_bytes=120),
            Date(name="service_date", required=True, formats=DATES),
            Text(name="diagnosis", max_bytes=8, pattern="[A-Z][0-9][0-9A-Z](\\.[0-9A-Z]{1,4})?"),
            Text(name="place_of_service", max_bytes=2, pattern="[0-9]{2}"),
            Text(name="status", required=True, max_bytes=10, allowed=("PAID", "DENIED", "REVERSED", "PENDING")),
            Decimal(name="billed", precision=12, scale=2, accounting=True),
            Decimal(name="paid", precision=12, scale=2, accounting=True),
            Date(name="received_date", required=True, formats=DATES),
            Text(name="note", max_bytes=500),
        ),
        key=("claim_id",),
        order="received_date",
    )
    encoding = luigi.ChoiceParameter(choices=["utf-8", "windows-1252"], default="utf-8")

    def form(self) -> Form:
        return Form(encoding=self.encoding)

    def prepared(self, file: S3Object) -> luigi.Task:
        pinned = PinnedInput(file=file)
        return Decompress(source=pinned) if file.key.endswith((".gz", ".zip")) else pinned
