// A list or a drawing sent in: first the file as it is, then what it is; then the page of its preview.
import { datumOf, install } from "./file-form.js";

install(document.getElementById("import-form"), {
  path: "/api/v1/imports",
  needs: { "data-for-kind": "kind", "data-for-datum": "datum" },
  wanted: (id, field) => {
    const text = (name) => field(name)?.value || null;
    return {
      upload: id,
      ...datumOf(field),
      kind: text("kind"),
      county: text("county"),
      version_label: text("kind") === "grids" ? text("version_label") : null,
      source_department: text("source_department"),
      all_or_nothing: field("all_or_nothing").checked,
    };
  },
});
