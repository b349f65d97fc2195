/** Material Symbols, from the font that Streamlit ships; the word beside them or their title says what they mean. */

import type { ReactElement } from "react";

export function Icon({ name }: { name: string }): ReactElement {
  return (
    <span className="icon" aria-hidden="true">
      {name}
    </span>
  );
}
