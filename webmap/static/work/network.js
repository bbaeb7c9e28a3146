// A file of streets: sent as it is, then what it is; then the page of the job that reads it.
import { datumOf, install } from "./file-form.js";

install(document.getElementById("network-form"), {
  path: "/api/v1/networks",
  needs: { "data-for-datum": "datum" },
  wanted: (id, field) => ({
    upload: id,
    ...datumOf(field),
    county: field("county").value,
    label: field("label").value.trim(),
    credit: field("credit").value.trim() || null,
  }),
});
