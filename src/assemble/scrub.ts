export function splitSegments(text: string): string[] {
  return text.match(/(?:[^;"]|"(?:[^"\\]|\\.)*"?)+/gs) ?? [];
}
