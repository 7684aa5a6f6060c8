"""HTTP: routes, problems and documents over the two doors of ``service``. No rule of the process lives here."""
