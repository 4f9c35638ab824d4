/** Words while something loads. @param what `the run` */
export function Loading({ what }: { readonly what: string }) {
  return (
    <p class="empty" role="status">
      Loading {what}…
    </p>
  );
}
