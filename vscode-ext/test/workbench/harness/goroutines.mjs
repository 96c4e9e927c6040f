export class Goroutines { constructor(wb) { this.wb = wb; } }
