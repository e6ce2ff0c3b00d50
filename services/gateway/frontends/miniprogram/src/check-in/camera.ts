/** The browser's camera and the reader of codes; both come only when somebody scans. */

const PAUSE_MS = 120

export interface Camera {
  stop: () => void
}

/**
 * Show the camera in an element and read codes off it until one is found.
 *
 * @throws what `getUserMedia` throws, and when the reader cannot be loaded.
 */
export async function watchCamera(place: HTMLElement, found: (text: string) => void): Promise<Camera> {
  const reading = import('./reader')
  const stream = await navigator.mediaDevices.getUserMedia({
    video: { facingMode: 'environment', width: { ideal: 1280 } },
    audio: false,
  })
  const video = document.createElement('video')
  video.setAttribute('playsinline', '')
  video.muted = true
  video.srcObject = stream
  place.appendChild(video)
  await video.play()
  let stopped = false
  const stop = () => {
    stopped = true
    stream.getTracks().forEach((track) => track.stop())
    video.remove()
  }
  void look().catch(stop)
  return { stop }

  async function look(): Promise<void> {
    const { readCode } = await reading
    const canvas = document.createElement('canvas')
    const context = canvas.getContext('2d', { willReadFrequently: true })
    while (!stopped && context) {
      if (video.videoWidth) {
        canvas.width = video.videoWidth
        canvas.height = video.videoHeight
        context.drawImage(video, 0, 0)
        const text = await readCode(context.getImageData(0, 0, canvas.width, canvas.height))
        if (text && !stopped) {
          found(text)
          return
        }
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    }
  }
}
