(() => {
  "use strict";
  const form = document.getElementById("paste");
  const result = document.getElementById("result");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    form.state.value = "reading …";
    const payload = { text: form.text.value };
    if (form.date.value) payload.date = form.date.value;
    try {
      const answer = await fetch("v1/page", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(payload),
      });
      if (!answer.ok) {
        const problem = await answer.json();
        form.state.value = `${problem.title}: ${problem.detail}`;
        return;
      }
      result.innerHTML = await answer.text();
      form.state.value = "";
      window.conflictExtract();
      result.scrollIntoView();
    } catch (error) {
      form.state.value = `No answer: ${error.message}`;
    }
  });
})();
