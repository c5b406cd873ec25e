// Where everyone begins.

export function Start() {
  return (
    <main class="start">
      <h2>Who reaches what?</h2>
    </main>
  );
}
