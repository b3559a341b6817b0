//! The gateway on a W5500-EVB-Pico2: RP2350 with a generator of random numbers, and a W5500 for
//! Ethernet on its SPI bus.
#![no_std]
#![no_main]

use defmt_rtt as _;
use panic_probe as _;

use embassy_executor::Spawner;
use embassy_net::{Runner, Stack};
use embassy_net_wiznet::chip::W5500;
use embassy_rp::gpio::{Input, Level, Output, Pull};
use embassy_rp::peripherals::{DMA_CH0, DMA_CH1, SPI0, TRNG};
use embassy_rp::spi::{self, Spi};
use embassy_rp::trng::{self, Trng};
use embassy_rp::watchdog::Watchdog;
use embassy_rp::{bind_interrupts, dma, otp};
use embassy_time::{Delay, Duration, Timer};
use embedded_hal_bus::spi::ExclusiveDevice;
use snow_token_boards::lights::{LightSignal, Lights, Pattern, blink};
use snow_token_boards::provisioning::{config_page, mac_address};
use snow_token_gateway::Memory;
use snow_token_gateway::config::{Config, DECODED_LEN};
use snow_token_gateway::demo;
use snow_token_gateway::embassy_network::{self, EmbassyNetwork, NetworkMemory, stack_config};
use snow_token_gateway::tls::Buffers;
use static_cell::{ConstStaticCell, StaticCell};

type Bus = ExclusiveDevice<Spi<'static, SPI0, spi::Async>, Output<'static>, Delay>;
type Device = embassy_net_wiznet::Device<'static>;
type ChipRunner = embassy_net_wiznet::Runner<'static, W5500, Bus, Input<'static>, Output<'static>>;
/// Frames that came in and frames that wait to be sent. More wait in the W5500.
type Packets = embassy_net_wiznet::State<2, 2>;

/// Longer than any handshake, which keeps the processor to itself.
const WATCHDOG: Duration = Duration::from_secs(16);
const FEED: Duration = Duration::from_secs(2);
/// How long to wait before the W5500 is tried again.
const CHIP_RETRY: Duration = Duration::from_secs(10);

bind_interrupts!(struct Irqs {
    DMA_IRQ_0 => dma::InterruptHandler<DMA_CH0>, dma::InterruptHandler<DMA_CH1>;
    TRNG_IRQ => trng::InterruptHandler<TRNG>;
});

// Made in place, for there is not enough stack to move them.
static PACKETS: ConstStaticCell<Packets> = ConstStaticCell::new(Packets::new());
static MEMORY: ConstStaticCell<Memory<{ Buffers::READ_LEN }>> = ConstStaticCell::new(Memory::new());
static DECODED: ConstStaticCell<[u8; DECODED_LEN]> = ConstStaticCell::new([0; DECODED_LEN]);
static CONFIG: StaticCell<Config<'static>> = StaticCell::new();
static NETWORK_MEMORY: ConstStaticCell<NetworkMemory> = ConstStaticCell::new(NetworkMemory::new());
static LIGHTS: LightSignal = LightSignal::new();

#[embassy_executor::main]
async fn main(spawner: Spawner) {
    let p = embassy_rp::init(embassy_rp::config::Config::default());
    // First of all: what hangs from here on is reset.
    let mut watchdog = Watchdog::new(p.WATCHDOG);
    watchdog.pause_on_debug(true);
    watchdog.start(WATCHDOG);
    spawner.spawn(defmt::unwrap!(feed_watchdog(watchdog)));
    spawner.spawn(defmt::unwrap!(run_lights(Output::new(
        p.PIN_25,
        Level::Low
    ))));

    let config = match Config::parse(config_page(), DECODED.take()) {
        Ok(config) => CONFIG.init(config),
        Err(error) => {
            defmt::error!("{}", error);
            LIGHTS.signal(Pattern::NO_CONFIG);
            return;
        }
    };

    let mut rng = Trng::new(p.TRNG, Irqs, trng::Config::default());
    let chip_id = otp::get_chipid().unwrap_or_else(|_| {
        defmt::warn!("the chip's number cannot be read: the network address is a new one");
        rng.blocking_next_u64()
    });

    let mut bus = spi::Config::default();
    bus.frequency = 50_000_000;
    let spi = Spi::new(
        p.SPI0, p.PIN_18, p.PIN_19, p.PIN_16, p.DMA_CH0, p.DMA_CH1, Irqs, bus,
    );
    let select = Output::new(p.PIN_17, Level::High);
    let interrupt = Input::new(p.PIN_21, Pull::Up);
    let reset = Output::new(p.PIN_20, Level::High);
    let started = embassy_net_wiznet::new(
        mac_address(&chip_id.to_be_bytes()),
        PACKETS.take(),
        defmt::unwrap!(ExclusiveDevice::new(spi, select, Delay)),
        interrupt,
        reset,
    )
    .await;
    let Ok((device, chip)) = started else {
        // A chip that does not answer may do so after a reset, which takes the pins along.
        defmt::error!("the W5500 does not answer");
        Timer::after(CHIP_RETRY).await;
        cortex_m::peripheral::SCB::sys_reset();
    };

    let memory = NETWORK_MEMORY.take();
    let (stack, runner) = embassy_net::new(
        device,
        stack_config(config.address),
        &mut memory.stack,
        rng.blocking_next_u64(),
    );
    let mut seed = [0; 16];
    rng.blocking_fill_bytes(&mut seed);
    let network = EmbassyNetwork::new(stack, &mut memory.connection, seed);

    spawner.spawn(defmt::unwrap!(run_chip(chip)));
    spawner.spawn(defmt::unwrap!(run_stack(runner)));
    spawner.spawn(defmt::unwrap!(tell_address(stack)));
    spawner.spawn(defmt::unwrap!(run_gateway(network, rng, config)));
}

#[embassy_executor::task]
async fn feed_watchdog(mut watchdog: Watchdog) -> ! {
    loop {
        watchdog.feed(WATCHDOG);
        Timer::after(FEED).await;
    }
}

#[embassy_executor::task]
async fn run_lights(mut light: Output<'static>) -> ! {
    blink(&LIGHTS, |is_green, is_red| {
        light.set_level((is_green || is_red).into());
    })
    .await
}

#[embassy_executor::task]
async fn run_chip(runner: ChipRunner) -> ! {
    runner.run().await
}

#[embassy_executor::task]
async fn run_stack(mut runner: Runner<'static, Device>) -> ! {
    runner.run().await
}

#[embassy_executor::task]
async fn tell_address(stack: Stack<'static>) -> ! {
    embassy_network::tell_address(stack).await
}

#[embassy_executor::task]
async fn run_gateway(
    network: EmbassyNetwork<'static>,
    rng: Trng<'static, TRNG>,
    config: &'static Config<'static>,
) -> ! {
    demo::run(&network, rng, Lights(&LIGHTS), config, MEMORY.take()).await
}
