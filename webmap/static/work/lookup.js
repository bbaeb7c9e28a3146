// Which grid is this place in: the phone's position, rounded to about a metre, asked for once and not kept.
import { say } from "./page.js";
import { t } from "./words.js";

const button = document.getElementById("lookup-here");
const said = document.getElementById("lookup-said");

function tell(text) {
  said.textContent = text;
  say(text);
}

function go({ coords }) {
  const query = new URLSearchParams({ lon: coords.longitude.toFixed(5), lat: coords.latitude.toFixed(5) });
  location.assign(`/lookup?${query}`);
}

button.addEventListener("click", () => {
  if (!navigator.geolocation) {
    tell(t("lookup.no_position"));
    return;
  }
  tell(t("lookup.locating"));
  navigator.geolocation.getCurrentPosition(go, () => tell(t("lookup.no_position")), { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 });
});
