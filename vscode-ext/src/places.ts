// Finds the places in sources that a text names.

/** FILE:LINE in a text, from its start to its end. */
export interface PlaceInText {
  file: string;
  line: number;
  start: number;
  end: number;
}

/** Finds what looks like /dir/file.go:12 or C:\dir\file.go:12, spaces allowed after the first folder. */
export function findPlaces(text: string): PlaceInText[] {
  const places: PlaceInText[] = [];
  for (const m of text.matchAll(/(?:[A-Za-z]:[\\/]|\/)[^\n:"<>|*?]*?\.(?:go|s|c|h):(\d+)/g)) {
    const [all, line = ''] = m;
    places.push({ file: all.slice(0, -line.length - 1), line: Number(line), start: m.index, end: m.index + all.length });
  }
  return places;
}
