/** Shows what the worker of the tiny page answers. */
export function showAnswers(worker: Worker): void {
  worker.onmessage = ({ data }) => {
    document.getElementById("answer")!.textContent = JSON.stringify(data);
  };
  worker.onerror = ({ message }) => {
    document.getElementById("answer")!.textContent = JSON.stringify({ failure: message });
  };
  worker.postMessage({ elsewhere: new URLSearchParams(location.search).get("elsewhere") });
}
