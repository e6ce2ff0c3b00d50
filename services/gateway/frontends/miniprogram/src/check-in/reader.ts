/** Reads a QR code off a picture; half a megabyte that is only loaded when somebody scans. */
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader'
import wasm from 'zxing-wasm/reader/zxing_reader.wasm?url'

prepareZXingModule({ overrides: { locateFile: () => wasm } })

export async function readCode(picture: ImageData): Promise<string | null> {
  const [first] = await readBarcodes(picture, { formats: ['QRCode'], maxNumberOfSymbols: 1 })
  return first?.text ?? null
}
