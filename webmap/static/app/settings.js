// What the server says once, with the page: language, sentences, counties, rules, services, addresses.
export const settings = JSON.parse(document.getElementById("settings").textContent);
